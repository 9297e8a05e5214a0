import { inBrowser, openRoom, type BrowserRoom } from './browser.ts';

inBrowser('a static site', () => {
  let room: BrowserRoom;
  beforeAll(async () => {
    room = await openRoom();
  });
  afterAll(() => room?.close());

  it('has each of its pages counted, with the page before it as referrer', async () => {
    const site = await room.site({
      pages: { '/': '<a href="/pricing">on</a>', '/pricing': '<a href="/signup">on</a>', '/signup': 'there' },
    });
    const person = await room.person();
    const page = await person.open(`${site.origin}/`);
    await page.click('a');
    await page.waitForURL('**/pricing');
    await page.click('a');
    await page.waitForURL('**/signup');
    await person.leave();
    expect(await room.lines(site, 3)).toEqual(['view /', 'view /pricing ← /', 'view /signup ← /pricing']);
    expect(person.errors).toEqual([]);
  });
});
