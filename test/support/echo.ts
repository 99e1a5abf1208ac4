/** An actor that answers with what it is asked. */
import { type ActorDefinition, actor } from "rekindle";

export const echo: ActorDefinition<unknown, undefined> = actor({
  initialState: undefined,
  receive(_state, message, { reply }) {
    reply(message);
    return undefined;
  },
});
