/** A process that loads better-sqlite3 and opens the store in the folder it is given. */
import process from "node:process";
import { openEventTable } from "../rivals/sqlite.ts";

const table = openEventTable(process.argv[2] ?? "");
process.stdout.write("ready\n");
table.close();
