/** A value held against the schema that its user declared. */
import { ValidationError, type ValidationIssue } from "../errors/validation-error.ts";
import type { StandardSchemaIssue, StandardSchemaResult, StandardSchemaV1 } from "./standard-schema.ts";

/** A valid value, as the schema gives it back. */
export interface Validated {
  readonly value: unknown;
}

/** What a value is called when it is refused. */
export interface ValueName {
  readonly kind: "command" | "event";
  readonly type: string;
  readonly persistenceId: string;
}

/**
 * The value as the schema gives it back; its `type` stays, also when the schema does not speak of it.
 *
 * @throws ValidationError when the schema refuses it; as a rejection when the schema is asynchronous
 */
export function validate(schema: StandardSchemaV1, value: unknown, name: ValueName): Validated | Promise<Validated> {
  const result = schema["~standard"].validate(value);
  return result instanceof Promise ? result.then((later) => settle(later, value, name)) : settle(result, value, name);
}

function settle(result: StandardSchemaResult<unknown>, given: unknown, name: ValueName): Validated {
  if (result.issues) throw new ValidationError(name, result.issues.map(plainIssue));
  return { value: withTypeOf(given, result.value, name) };
}

/** Schemas drop what they do not know, and many are written for what a command or an event carries besides its type. */
function withTypeOf(given: unknown, value: unknown, { kind, type }: ValueName): unknown {
  if (!hasType(given) || typeof value !== "object" || value === null) return value;
  if (!hasType(value)) return { type: given.type, ...value };
  if (value.type === given.type) return value;
  throw new TypeError(`the schema of ${kind} ${type} must not change its type to ${String(value.type)}`);
}

function hasType(value: unknown): value is { readonly type: unknown } {
  return typeof value === "object" && value !== null && "type" in value;
}

function plainIssue({ message, path = [] }: StandardSchemaIssue): ValidationIssue {
  return { message, path: path.map((step) => (typeof step === "object" ? step.key : step)) };
}
