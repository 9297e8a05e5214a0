import type { Accepted } from './accept-hit.command.ts';
import type { Draft, Edge, Step } from './draft.ts';

/** The answer of the first step that has one; undefined: the draft passed all of them. Rejects with what a step throws. */
export async function runSteps(steps: readonly Step[], draft: Draft, edge: Edge): Promise<Accepted | undefined> {
  for (const step of steps) {
    const result = step.run(draft, edge);
    // Awaiting what is there already would cost a turn of the microtask queue a step.
    const answer = result instanceof Promise ? await result : result;
    if (answer !== undefined) return answer;
  }
  return undefined;
}
