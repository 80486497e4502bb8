/**
 * One provider's description, compiled: requests, answers and webhooks are held to it, and what does not conform is
 * thrown with the place where it does not.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { parse } from "yaml";
import type { Profile } from "../../types.js";

type Json = Readonly<Record<string, unknown>>;

/** A request as it goes out. `path` is below the base URL, without its query. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** Parsed; `undefined` where there is none. */
  readonly body: unknown;
}

export interface Answered {
  readonly status: number;
  /** Parsed, text as text; `undefined` where there is none. */
  readonly body: unknown;
}

/** Where an operation is in the document, and what its path parameters were. */
interface Operation {
  readonly pointer: string;
  readonly definition: Json;
  readonly shared: string;
  readonly inPath: Readonly<Record<string, string>>;
}

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly deep: boolean;
  readonly isList: boolean;
  /** Of its schema. */
  readonly pointer: string;
}

export class Description {
  readonly document: Json;
  readonly #ajv: Ajv2020;
  /** Parameters arrive as text. */
  readonly #coercing: Ajv2020;
  readonly #name: string;

  constructor(name: string, document: Json) {
    this.#name = name;
    this.document = document;
    const options = { strict: false, validateSchema: false, discriminator: false } as const;
    this.#ajv = new Ajv2020(options).addSchema(document, name);
    this.#coercing = new Ajv2020({ ...options, coerceTypes: true }).addSchema(document, name);
  }

  /** Whether there is such an operation at all. */
  describes(sent: Pick<Sent, "method" | "path">): boolean {
    return this.#find(sent) !== undefined;
  }

  /** Throws where the request is not one that the provider describes. */
  checkRequest(sent: Sent): void {
    const operation = this.#operation(sent);
    const where = `${this.#name}: the request ${sent.method} ${sent.path}`;
    this.#checkParameters(operation, sent, where);
    const body = recordAt(operation.definition, "requestBody");
    if (body === undefined) {
      if (sent.body !== undefined) throw new Error(`${where} has a body, and none is described`);
      return;
    }
    if (sent.body === undefined && body["required"] !== true) return;
    this.#check(`${operation.pointer}/requestBody/content/${token("application/json")}/schema`, sent.body, `${where}: the body`);
  }

  /** Throws where the answer is not one that the provider describes for this request. */
  checkAnswer(sent: Pick<Sent, "method" | "path">, answered: Answered): void {
    const operation = this.#operation(sent);
    const where = `${this.#name}: the answer ${answered.status} to ${sent.method} ${sent.path}`;
    const responses = recordAt(operation.definition, "responses") ?? {};
    const status = [String(answered.status), `${String(answered.status)[0]}XX`, "default"].find((key) => responses[key] !== undefined);
    if (status === undefined) throw new Error(`${where}: the status is not described; ${JSON.stringify(answered.body)}`);
    const { pointer, definition } = this.#resolve(`${operation.pointer}/responses/${status}`);
    const content = recordAt(definition, "content");
    // A server that panics has no body to say so with.
    if (answered.body === undefined && (content === undefined || answered.status >= 500)) return;
    if (content === undefined) throw new Error(`${where} has a body, and none is described`);
    const [type = ""] = Object.keys(content);
    this.#check(`${pointer}/content/${token(type)}/schema`, answered.body, `${where}: the body`);
  }

  /** Throws where the body is not what is described for a webhook of this type. */
  checkWebhook(type: string, body: unknown): void {
    if (recordAt(this.document, "webhooks")?.[type] === undefined) throw new Error(`${this.#name}: no webhook ${type} is described`);
    this.#check(`/webhooks/${token(type)}/post/requestBody/content/${token("application/json")}/schema`, body, `${this.#name}: webhook ${type}`);
  }

  /** Throws where the value is not of the schema of that name. */
  checkSchema(schema: string, value: unknown): void {
    this.#check(`/components/schemas/${schema}`, value, `${this.#name}: ${schema}`);
  }

  #operation(sent: Pick<Sent, "method" | "path">): Operation {
    const operation = this.#find(sent);
    if (operation === undefined) throw new Error(`${this.#name}: ${sent.method} ${sent.path} is not described`);
    return operation;
  }

  /** The operation of a path; what is fixed goes before what is a parameter. */
  #find({ method, path }: Pick<Sent, "method" | "path">): Operation | undefined {
    const paths = recordAt(this.document, "paths") ?? {};
    const parts = path.split("/");
    const found = Object.keys(paths)
      .map((template) => ({ template, inPath: matched(template.split("/"), parts) }))
      .filter(({ template, inPath }) => inPath !== undefined && recordAt(recordAt(paths, template), method.toLowerCase()) !== undefined)
      .sort((a, b) => Object.keys(a.inPath ?? {}).length - Object.keys(b.inPath ?? {}).length)[0];
    if (found?.inPath === undefined) return undefined;
    const shared = `/paths/${token(found.template)}`;
    const pointer = `${shared}/${method.toLowerCase()}`;
    return { pointer, shared, definition: this.#resolve(pointer).definition, inPath: found.inPath };
  }

  #checkParameters(operation: Operation, { query, headers }: Sent, where: string): void {
    const parameters = [...this.#parametersAt(operation.shared), ...this.#parametersAt(operation.pointer)];
    const known = parameters.filter((parameter) => parameter.in === "query");
    for (const name of query.keys()) {
      if (!known.some((parameter) => name === parameter.name || (parameter.deep && name.startsWith(`${parameter.name}[`)))) {
        throw new Error(`${where}: the query ${name} is not described`);
      }
    }
    for (const parameter of parameters) {
      const value = valueOf(parameter, operation.inPath, query, headers);
      if (value === undefined && parameter.required) throw new Error(`${where}: ${parameter.in} ${parameter.name} is missing`);
      // Under a key, because only what is in something can be coerced.
      const schema = { properties: { value: { $ref: `${this.#name}#${parameter.pointer}` } } };
      if (value !== undefined) check(this.#coercing.compile(schema), { value }, `${where}: ${parameter.in} ${parameter.name}`);
    }
  }

  #parametersAt(pointer: string): Parameter[] {
    const list = this.#resolve(pointer).definition["parameters"];
    if (!Array.isArray(list)) return [];
    return list.map((_, index) => {
      const { pointer: at, definition } = this.#resolve(`${pointer}/parameters/${index}`);
      const { definition: schema } = this.#resolve(`${at}/schema`);
      return {
        name: String(definition["name"]),
        in: definition["in"] as Parameter["in"],
        required: definition["required"] === true,
        deep: definition["style"] === "deepObject",
        isList: schema["type"] === "array",
        pointer: `${at}/schema`,
      };
    });
  }

  /** What a pointer points to, references followed, and where that is. */
  #resolve(pointer: string): { readonly pointer: string; readonly definition: Json } {
    const steps = pointer.split("/").slice(1).map((step) => decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~"));
    const definition = steps.reduce<unknown>((value, step) => (value as Json | undefined)?.[step], this.document);
    if (typeof definition !== "object" || definition === null) throw new Error(`${this.#name}: there is nothing at ${pointer}`);
    const { $ref } = definition as Json;
    return typeof $ref === "string" ? this.#resolve($ref.slice(1)) : { pointer, definition: definition as Json };
  }

  #check(pointer: string, value: unknown, where: string): void {
    const validate = this.#ajv.getSchema(`${this.#name}#${pointer}`);
    if (validate === undefined) throw new Error(`${this.#name}: there is no schema at ${pointer}`);
    check(validate, value, where);
  }
}

const known = new Map<Profile, Description>();

/** The description of a provider beside this file. */
export function descriptionOf(provider: Profile): Description {
  const description = known.get(provider) ?? new Description(provider, parse(readFileSync(resolve(import.meta.dirname, `${provider}.yaml`), "utf8")) as Json);
  known.set(provider, description);
  return description;
}

function check(validate: ValidateFunction, value: unknown, where: string): void {
  if (!validate(value)) throw new Error(`${where} ${(validate.errors ?? []).map(said).join("; ")}; it is ${JSON.stringify(value)}`);
}

function said({ instancePath, message, params }: ErrorObject): string {
  const detail = Object.values(params).filter((param) => typeof param === "string" || Array.isArray(param));
  return `at ${instancePath === "" ? "its root" : instancePath} ${message} (${detail.join(", ")})`;
}

function valueOf(parameter: Parameter, inPath: Readonly<Record<string, string>>, query: URLSearchParams, headers: Headers): unknown {
  const { name } = parameter;
  if (parameter.in === "path") return inPath[name];
  if (parameter.in === "header") return headers.get(name) ?? undefined;
  if (parameter.deep) {
    const entries = [...query].filter(([key]) => key.startsWith(`${name}[`)).map(([key, value]) => [key.slice(name.length + 1, -1), value]);
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }
  if (parameter.isList) return query.has(name) ? query.getAll(name) : undefined;
  return query.get(name) ?? undefined;
}

/** The path's parameters, or `undefined` where it is another path. */
function matched(template: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (template.length !== parts.length) return undefined;
  const found: Record<string, string> = {};
  for (const [index, step] of template.entries()) {
    const part = parts[index] ?? "";
    if (/^\{.+\}$/.test(step) && part !== "") found[step.slice(1, -1)] = decodeURIComponent(part);
    else if (step !== part) return undefined;
  }
  return found;
}

/** One step of a JSON pointer, as a URI's fragment has it. */
function token(step: string): string {
  return encodeURIComponent(step.replaceAll("~", "~0").replaceAll("/", "~1"));
}

function recordAt(value: Json | undefined, key: string): Json | undefined {
  const inner = value?.[key];
  return typeof inner === "object" && inner !== null && !Array.isArray(inner) ? (inner as Json) : undefined;
}
