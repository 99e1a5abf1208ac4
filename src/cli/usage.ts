/** What `rekindle --help` prints. */

/** No line is longer than 80 columns. */
export const usage = `Usage: rekindle COMMAND ...

  verify DIR               reads everything and reports every fault
    --json                 prints the report as JSON
    --expect-head DIGEST   a fault, too, when the chain has another end
  backup DIR TARGET        makes a proved copy in the new directory TARGET
  salvage DIR TARGET       makes a new store of what is readable in DIR
  info DIR                 format, counts, sizes, last offset, owner
    --json                 prints it as JSON
  persistence-ids DIR      all ids, one a line
  events DIR ID            the events of one stream
    --from N, --to N       from one sequence number to another
    --json                 prints one JSON object a line
  state DIR TYPE ID        the state of an entity, as JSON
    --module FILE          what exports the definition of its type
    --at N, --at TIME      as it was then: a sequence number or an ISO time
  export DIR               every record as a line of JSON
  import FILE DIR          makes a store of an export in the new directory DIR

Ends with 0; with 1 when faults were found or something is missing; with 2 when
nothing was done: a wrong command line, a store that is missing, in use or of
another format, a target that exists.`;
