import { cleanName, groupFault, nameFault, nameLengthFault } from './names.ts';

describe('a name', () => {
  it('is stored without NULs, lone surrogates and the space around it', () => {
    expect(cleanName(' A\u0000\ud800 <b> ')).toBe('A\ufffd <b>');
  });

  it.each([
    ['a\r\nBcc: b', 'a  Bcc: b'],
    ['a\tb\u001b[2Jc\u007fd\u0085e', 'a b [2Jc d e'],
    ['a\u2028b\u2029', 'a b'],
    ['\u202etxt.exe\u202c \u202aa\u202bb\u202d', 'txt.exe ab'],
    ['\u2066a\u2067b\u2068c\u2069', 'abc'],
    ['\u202e \u2069 x \u0000\n', 'x'],
    ['שלום \u200fعالم\u200e 👩\u200d💻', 'שלום \u200fعالم\u200e 👩\u200d💻'],
  ])('%j is stored as one line that turns nothing about: %j', (text, stored) => {
    expect(cleanName(text)).toBe(stored);
  });

  it.each(['', '  ', '\u0000', '\n', '\u202e\u2066', ' \u2028\u202c '])('%j is empty', (text) => {
    expect(nameFault(text)).toBe('must not be empty');
    expect(nameLengthFault(text)).toBeUndefined();
  });

  it('has 200 characters at most, whatever their code units are', () => {
    for (const fault of [nameFault, nameLengthFault]) {
      expect(fault(` ${'😀'.repeat(200)} `)).toBeUndefined();
      expect(fault('x'.repeat(201))).toMatch('200');
    }
  });
});

describe('a group', () => {
  it.each(['devs', ' Team Süd ', 'a/b', '<b>'])('may be %j', (text) => expect(groupFault(text)).toBeUndefined());

  it.each(['', ' ', 'a,b', 'a\u0000', 'a\nb', '\u007f', 'x\ud800', 'x'.repeat(201)])('may not be %j', (text) => {
    expect(groupFault(text)).toMatch(/^must be /);
  });
});
