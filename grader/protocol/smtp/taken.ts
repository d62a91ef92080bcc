/** A message that was taken before it was complete. */
import type { Message } from '../../wire/reader.ts';

/** Makes the message that was handed out earlier what it has become; fields that are worked out on demand stay so. */
export function become(taken: Message, complete: Message): void {
  for (const name of Object.keys(taken)) delete taken[name];
  Object.defineProperties(taken, Object.getOwnPropertyDescriptors(complete));
}
