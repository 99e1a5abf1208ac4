/** A process that does nothing but say that it runs. */
import process from "node:process";

process.stdout.write("ready\n");
