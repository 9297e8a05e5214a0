import { inBrowser, sharedRoom, scriptTag, type BrowserRoom } from './browser.ts';

inBrowser('what a page names', () => {
  let room: BrowserRoom;
  beforeAll(async () => {
    room = await sharedRoom();
  });

  it('is counted by antics(), once a call, also from before the script was there', async () => {
    const site = await room.site({
      pages: { '/': 'a page' },
      head: `<script>window.antics = window.antics || function () { (antics.q = antics.q || []).push(arguments) }
        antics('Early', { n: 1 }); antics('Early', { n: 2 })</script>
        <script defer src="${room.stats}/antics.js"></script>`,
    });
    const person = await room.person();
    const page = await person.open(`${site.origin}/`);
    await room.arrived(site, 3);
    await page.evaluate(`antics('Late')`);
    await room.arrived(site, 4);
    await person.leave();
    const lines = await room.lines(site, 5);
    expect(lines[0]).toBe('view /');
    expect(lines.slice(1, 3).sort()).toEqual(['Early / {"n":"1"}', 'Early / {"n":"2"}']);
    expect(lines.slice(3)).toEqual(['Late /', 'left /']);
    expect(person.errors).toEqual([]);
  });

  it('harms nothing, whatever antics() is given', async () => {
    const site = await room.site({ pages: { '/': '' } });
    const person = await room.person();
    const page = await person.open(`${site.origin}/`);
    await room.arrived(site, 1);
    await page.evaluate(`antics(); antics(''); antics(null); antics('Odd', 7); antics('Odd', { big: 1n });
      antics('Odd', { get bad() { throw new Error('no') } }); const o = {}; o.o = o; antics('Odd', o); antics('Fine')`);
    await room.arrived(site, 2);
    await person.leave();
    const lines = await room.lines(site, 3);
    // What is no object of properties is refused by the server (400) as any malformed hit; the page does not notice.
    expect(lines).toEqual(['view /', 'Fine /', 'left /']);
    expect(person.errors.filter((text) => !/status of 400/.test(text))).toEqual([]);
  });

  it('is counted where an element says data-antics-event, for a click on anything in it, with its properties', async () => {
    const site = await room.site({
      pages: {
        '/': `<button data-antics-event="Signup" data-antics-props='{"plan":"pro"}'><b>Sign up</b></button>
          <a href="/next" data-antics-event="Next">on</a>`,
        '/next': '',
      },
    });
    const person = await room.person();
    const page = await person.open(`${site.origin}/`);
    await room.arrived(site, 1);
    await page.click('b');
    await room.arrived(site, 2);
    await page.click('b', { button: 'right' });
    await page.click('a');
    await page.waitForURL('**/next');
    await room.arrived(site, 5);
    await person.leave();
    const lines = await room.lines(site, 6);
    expect(lines.slice(0, 2)).toEqual(['view /', 'Signup / {"plan":"pro"}']);
    expect(lines.slice(2, 5).sort()).toEqual(['Next /', 'left /', 'view /next ← /']);
    expect(lines.slice(5)).toEqual(['left /next']);
  });

  const links = {
    '/': `<a id="out" href="http://other.test:1/?x=1" target="_blank">out</a> <a id="file" href="/files/plan.pdf?v=2" download>file</a>
      <a id="in" href="#here">in</a> <form id="mail" action="/sent"><button id="send">send</button></form>`,
    '/sent': 'sent',
  };

  it('is counted for outbound links, downloads and forms where the tag asks for them', async () => {
    const site = await room.site({
      pages: links,
      tag: { 'data-outbound': '', 'data-downloads': '', 'data-forms': '' },
      answer: ({ url }, response) => {
        if (url?.startsWith('/files/')) response.writeHead(204).end();
        return url?.startsWith('/files/') ?? false;
      },
    });
    const person = await room.person();
    const page = await person.open(`${site.origin}/`);
    await room.arrived(site, 1);
    await page.click('#in');
    await page.click('#file');
    await room.arrived(site, 2);
    await page.click('#out', { button: 'middle' });
    await room.arrived(site, 3);
    await page.click('#send');
    await page.waitForURL('**/sent*');
    await room.arrived(site, 6);
    await person.leave();
    const lines = await room.lines(site, 7);
    expect(lines.slice(0, 3)).toEqual([
      'view /',
      `File Download / {"url":"${site.origin}/files/plan.pdf"}`,
      'Outbound Link: Click / {"url":"http://other.test:1/?x=1"}',
    ]);
    expect(lines.slice(3, 6).sort()).toEqual(['Form: Submission / {"form":"mail"}', 'left /', 'view /sent ← /']);
    expect(lines.slice(6)).toEqual(['left /sent']);
  });

  it('is counted for a page that is not there, where the tag on it says data-404', async () => {
    const head = scriptTag(`${room.stats}/antics.js`, { 'data-404': '' });
    const site = await room.site({ pages: { '/old/page': { status: 404, body: 'Not found', head } }, head: '' });
    const person = await room.person();
    await person.open(`${site.origin}/old/page?from=afar`);
    await room.arrived(site, 2);
    await person.leave();
    const lines = await room.lines(site, 3);
    expect(lines.slice(0, 2).sort()).toEqual(['404 /old/page {"path":"/old/page"}', 'view /old/page']);
    expect(lines.slice(2)).toEqual(['left /old/page']);
  });

  it('is not counted for them where it does not', async () => {
    const site = await room.site({ pages: links });
    const person = await room.person();
    const page = await person.open(`${site.origin}/`);
    await room.arrived(site, 1);
    await page.click('#in');
    await page.click('#out', { button: 'middle' });
    await page.click('#send');
    await page.waitForURL('**/sent*');
    await room.arrived(site, 3);
    await person.leave();
    expect((await room.lines(site, 4)).sort()).toEqual(['left /', 'left /sent', 'view /', 'view /sent ← /']);
  });
});
