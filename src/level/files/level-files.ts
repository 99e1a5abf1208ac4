/** The names that LevelDB gives its files. */

const numberDigits = 6;
const numbered = /^(?<number>\d{6,})\.(?<kind>log|ldb|sst)$/;

/** The file that names the MANIFEST in use. */
export const currentFile = "CURRENT";

export const manifestName: RegExp = /^MANIFEST-\d{6,}$/;

/** The number of a log; undefined for other names. */
export function logNumberOf(name: string): number | undefined {
  const { number, kind } = numbered.exec(name)?.groups ?? {};
  return kind === "log" && number !== undefined && logName(Number(number)) === name ? Number(number) : undefined;
}

export function logName(number: number): string {
  return `${padded(number)}.log`;
}

/** A table has one of these names: the second one is that of an older LevelDB. */
export function tableNames(number: number): readonly [string, string] {
  return [`${padded(number)}.ldb`, `${padded(number)}.sst`];
}

/** Whether the file is one that records are in, or that tells where they are: neither the lock nor LevelDB's own protocol. */
export function holdsRecords(name: string): boolean {
  return name === currentFile || manifestName.test(name) || numbered.test(name);
}

function padded(number: number): string {
  return String(number).padStart(numberDigits, "0");
}
