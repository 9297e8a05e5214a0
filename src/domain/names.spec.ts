import { cleanName, groupFault, nameFault, nameLengthFault } from './names.ts';

describe('a name', () => {
  it('is stored without NULs, lone surrogates and the space around it', () => {
    expect(cleanName(' A\u0000\ud800 <b> ')).toBe('A\ufffd <b>');
  });

  it.each(['', '  ', '\u0000', '\n'])('%j is empty', (text) => {
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
