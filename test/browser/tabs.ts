import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CHROMIUM, CHROMIUM_FLAGS } from './chromium.ts';

/** A tab of a window, as a person has it: visible while it is in front, and focused while its window is. */
export interface Tab {
  /** Runs JavaScript in its page, and waits for its promise. As if the person had just done something there. */
  evaluate(expression: string): Promise<unknown>;
  /** Brings it to the front, and hides the one that was. */
  show(): Promise<void>;
  minimizeWindow(): Promise<void>;
  restoreWindow(): Promise<void>;
  close(): Promise<void>;
}

export interface Tabs {
  /** A new tab in front, or behind the one that is there. The page is on its way. */
  open(url: string, where?: 'front' | 'back'): Promise<Tab>;
  /** A new tab that nobody watches from outside: only such may prerender what they link to. */
  openAlone(url: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * A Chromium that is told only which tabs to open, show and close, over the DevTools protocol. Playwright would take
 * each of its tabs for visible and focused, and keep it from prerendering.
 */
export async function startTabs(): Promise<Tabs> {
  const profile = await mkdtemp(join(tmpdir(), 'antics-chromium-'));
  const flags = ['--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, ...CHROMIUM_FLAGS];
  const chromium = spawn(CHROMIUM!, [...flags, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(chromium, 'exit');
  const devtools = await connect(await addressOf(chromium));
  const { send } = devtools;

  const open = async (url: string, where: 'front' | 'back' = 'front'): Promise<Tab> => {
    const { targetId } = await send<{ targetId: string }>('Target.createTarget', { url, background: where === 'back' });
    const { sessionId } = await send<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true });
    const setWindow = async (windowState: 'minimized' | 'normal'): Promise<void> => {
      const { windowId } = await send<{ windowId: number }>('Browser.getWindowForTarget', { targetId });
      await send('Browser.setWindowBounds', { windowId, bounds: { windowState } });
    };
    return {
      async evaluate(expression) {
        const parameters = { expression, awaitPromise: true, returnByValue: true, userGesture: true };
        const { result, exceptionDetails } = await send<Evaluated>('Runtime.evaluate', parameters, sessionId);
        if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
        return result.value;
      },
      show: () => send('Target.activateTarget', { targetId }),
      minimizeWindow: () => setWindow('minimized'),
      restoreWindow: () => setWindow('normal'),
      close: () => send('Target.closeTarget', { targetId }),
    };
  };

  return {
    open,
    openAlone: (url) => send('Target.createTarget', { url }),
    async close() {
      devtools.close();
      chromium.kill();
      await exited;
      // Its children may still write there for a moment.
      await rm(profile, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

interface Evaluated {
  result: { value?: unknown };
  exceptionDetails?: { text: string; exception?: { description?: string } };
}

interface Devtools {
  send<T = void>(method: string, parameters?: object, sessionId?: string): Promise<T>;
  close(): void;
}

async function connect(address: string): Promise<Devtools> {
  const socket = new WebSocket(address);
  const waiting = new Map<number, { resolve: (result: never) => void; reject: (e: Error) => void }>();
  let ids = 0;
  socket.onmessage = ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as { id?: number; result?: never; error?: { message: string } };
    const asked = id === undefined ? undefined : waiting.get(id);
    if (!asked) return;
    waiting.delete(id!);
    if (error) asked.reject(new Error(error.message));
    else asked.resolve(result!);
  };
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error(`${address} does not answer`));
  });
  return {
    send: <T>(method: string, params: object = {}, sessionId?: string) =>
      new Promise<T>((resolve, reject) => {
        const id = ++ids;
        waiting.set(id, { resolve, reject });
        socket.send(JSON.stringify({ id, method, params, sessionId }));
      }),
    close: () => socket.close(),
  };
}

/** Chromium says it on its standard error, among other things. */
function addressOf(chromium: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    chromium.once('exit', () => reject(new Error(`Chromium has not started: ${said}`)));
    chromium.stderr!.on('data', (part: Buffer) => {
      said += part.toString();
      const address = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
      if (address) resolve(address);
    });
  });
}
