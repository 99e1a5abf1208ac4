/** The source of a module that a user could have written: it exports the definition of a cart. */
const door = new URL("../../../dist/index.js", import.meta.url).href;

export const cartModule: string = `
import { eventSourced } from ${JSON.stringify(door)};
export const notADefinition = { kind: "event-sourced-like" };
export const cart = eventSourced({
  entityType: "cart",
  emptyState: { n: 0 },
  commandHandler: (_state, _command, { effect }) => effect.none(),
  eventHandler: (state, event) => ({ n: state.n + event.n }),
});
`;
