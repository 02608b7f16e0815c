/** Whatever a file, a page, a command or the model says, the chat shows it: it fetches nothing and runs nothing. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ViewMessage } from '../../src/protocol/view.ts';
import { type ChatPage, openChatPage } from './hostile/page.ts';
import { everywhere, written } from './hostile/places.ts';
import { hostileSamples } from './hostile/samples.ts';

let chat: ChatPage;
beforeAll(async () => {
  chat = await openChatPage();
});
afterAll(() => chat?.close());

/** Opens what is closed, presses every button, follows every link: not as a person does, but as a script could. */
const pressEverything = () =>
  chat.page.evaluate(async () => {
    const press = (selector: string) => {
      for (const element of document.querySelectorAll<HTMLElement>(selector)) element.click();
    };
    const frame = () => new Promise(done => requestAnimationFrame(done));
    press('.app [aria-expanded="false"]');
    await frame();
    press('.app [data-href], .app button:not([aria-expanded])');
    await frame();
  });

/** What there may be of elements that load or act: none; and of attributes that act: none. */
const strangers = () =>
  chat.page.evaluate(() => {
    const kinds =
      'script,img,image,picture,iframe,object,embed,video,audio,source,track,link,meta,base,style,form,foreignObject,animate,set,use';
    const elements = [...document.querySelectorAll(kinds)].filter(
      e => !e.closest('head') && e.closest('.app'),
    );
    const attributes = [...document.querySelectorAll('.app *')].flatMap(element =>
      element
        .getAttributeNames()
        .filter(
          name =>
            /^on|^src|^srcset$|^poster$|^ping$|^background$|^formaction$/.test(name) ||
            (/^(?:xlink:)?href$/.test(name) && element.getAttribute(name) !== '#'),
        )
        .map(name => `${element.tagName} ${name}=${element.getAttribute(name)}`),
    );
    return [...elements.map(e => e.outerHTML.slice(0, 200)), ...attributes];
  });
const posted = (): Promise<ViewMessage[]> =>
  chat.page.evaluate(() => (globalThis as unknown as { posted: ViewMessage[] }).posted.splice(0));

test('200 hostile texts, drawn everywhere from history and as they are written: no request, no code', {
  timeout: 400_000,
}, async () => {
  const samples = hostileSamples(chat.target);
  expect(samples.length).toBeGreaterThanOrEqual(200);
  for (const text of samples) {
    const what = JSON.stringify(text).slice(0, 200);
    await chat.give(everywhere(text));
    await pressEverything();
    expect(await strangers(), what).toEqual([]);
    for (const message of await posted()) expectHarmless(message, what);
    await chat.give(...written(text));
    expect(await strangers(), what).toEqual([]);
    expect(chat.incidents, what).toEqual([]);
    expect(chat.requests, what).toEqual([]);
  }
});

test('the page can be hit at all: what the test looks for is noticed', async () => {
  await chat.page.evaluate(target => {
    const image = document.createElement('img');
    image.src = `${target}/seen.png`;
    document.body.append(image);
    const script = document.createElement('script');
    script.textContent = 'hit()';
    document.body.append(script);
  }, chat.target);
  await expect.poll(() => chat.incidents.join('\n')).toMatch(/stop script-src[\s\S]*|stop img-src/);
  await expect.poll(() => chat.incidents.length).toBeGreaterThanOrEqual(2);
  // The policy alone already keeps the image from being asked for.
  expect(chat.requests.filter(request => request.startsWith('the target'))).toEqual([]);
});

/** A script's click approves nothing, and a link leads to the web: a command or another program is none. */
function expectHarmless(message: ViewMessage, what: string): void {
  expect(message.type, what).not.toBe('approve');
  if (message.type === 'openLink') expect(message.url, what).toMatch(/^(?:https?|mailto):/i);
}
