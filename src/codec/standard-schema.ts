/** The interfaces of Standard Schema, version 1, copied from https://standardschema.dev as it invites to: zod, valibot, arktype and others have them. */

/** A schema of any library that follows the specification. */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly "~standard": StandardSchemaProps<Input, Output>;
}

/** What is behind `~standard`. */
export interface StandardSchemaProps<Input = unknown, Output = Input> {
  /** The version of the specification. */
  readonly version: 1;
  /** The library. */
  readonly vendor: string;
  readonly validate: (value: unknown) => StandardSchemaResult<Output> | Promise<StandardSchemaResult<Output>>;
  /** Known to the compiler alone. */
  readonly types?: StandardSchemaTypes<Input, Output> | undefined;
}

/** What validation gives: a value, perhaps another one than was put in, or issues. */
export type StandardSchemaResult<Output> = StandardSchemaSuccess<Output> | StandardSchemaFailure;

/** The value is valid. */
export interface StandardSchemaSuccess<Output> {
  readonly value: Output;
  readonly issues?: undefined;
}

/** The value is not valid. */
export interface StandardSchemaFailure {
  readonly issues: readonly StandardSchemaIssue[];
}

/** One thing that is wrong with a value. */
export interface StandardSchemaIssue {
  readonly message: string;
  /** Where in the value. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The types before and after validation. */
export interface StandardSchemaTypes<Input = unknown, Output = Input> {
  readonly input: Input;
  readonly output: Output;
}

/** @throws TypeError when it is no schema */
export function assertSchema(schema: unknown, what: string): asserts schema is StandardSchemaV1 {
  const isObject = (typeof schema === "object" && schema !== null) || typeof schema === "function";
  const props: unknown = isObject && "~standard" in schema ? schema["~standard"] : undefined;
  if (typeof props === "object" && props !== null && "validate" in props && typeof props.validate === "function")
    return;
  throw new TypeError(`${what} must be a Standard Schema, such as zod, valibot or arktype make`);
}

/** The schema for a message, by its `type`. */
export function schemaOf(schemas: object, message: unknown): StandardSchemaV1 | undefined {
  if (typeof message !== "object" || message === null || !("type" in message)) return undefined;
  const { type } = message;
  if (typeof type !== "string" || !Object.hasOwn(schemas, type)) return undefined;
  return (schemas as { readonly [type: string]: StandardSchemaV1 | undefined })[type];
}
