// An OpenAPI 3.1 document that answers can be held against. It is read more strictly than it is
// written: what it does not name is an error here, although clients must put up with it.
import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { parse } from "yaml";

// HTTP's own, and those that nginx puts on every answer (nginx/headers.conf).
const HEADERS_OF_EVERY_ANSWER = new Set([
  "accept-ranges", "connection", "content-encoding", "content-length", "content-type", "date",
  "last-modified", "server", "transfer-encoding", "vary",
  "content-security-policy", "cross-origin-opener-policy", "permissions-policy", "referrer-policy", "x-content-type-options", "x-frame-options",
]);

// Keywords below which a schema describes another value than its parent does.
const OF_EACH_MEMBER = ["properties", "patternProperties"];
const OF_PARTS = ["items", "additionalProperties"];

export class Description {
  #document;
  #ajv = new Ajv2020({ allErrors: true, strict: false });
  #validators = new Map();
  #operations = [];

  constructor(document) {
    this.#document = document;
    addFormats(this.#ajv);
    // References stay what they are: each schema is compiled beside the whole of `components`.
    const components = structuredClone(document.components);
    for (const schema of Object.values(components.schemas)) closeParts(schema);
    this.#ajv.addSchema({ $id: "stagedoor:document", components });
    for (const [path, item] of Object.entries(document.paths)) {
      for (const method of ["get", "post", "patch", "put", "delete"]) {
        if (item[method]) this.#operations.push(new Operation(path, method, item[method]));
      }
    }
    // Of /tokens/current and /tokens/{id} the one with fewer parameters is meant.
    this.#operations.sort((a, b) => a.parameterCount - b.parameterCount);
  }

  static fromFile(file) {
    return new Description(parse(readFileSync(file, "utf8")));
  }

  get operations() {
    return this.#operations;
  }

  // { operation, code, problems }: the operation (none where there is no such path or method), the
  // code of the answer ("" if it is no refusal), and all that is not as described.
  check({ method, path, status, headers, body }) {
    const isHead = method === "HEAD";
    const bare = path.split("?")[0];
    const operation = this.#operations.find(
      (candidate) => candidate.matches(isHead ? "GET" : method, bare));
    const responses = operation?.responses ?? this.#document["x-outside-operations"];
    const response = this.#resolved(responses[String(status)]);
    if (!response) return { operation, code: "", problems: [`status ${status} is not described`] };
    const given = new Map(headers.map(([name, value]) => [name.toLowerCase(), value]));
    const problems = this.#checkHeaders(response, given);
    // nginx answers a HEAD that it refuses itself with a type and no body, like any other.
    // The same body that others get as it is.
    const isPacked = given.has("content-encoding");
    if (!isHead && !isPacked) {
      problems.push(...this.#checkBody(response, given.get("content-type"), body));
    }
    return { operation, code: codeOf(status, body), problems };
  }

  // { operation, status, code } of every answer that is described; the code is "" where it is no
  // refusal.
  *answers() {
    for (const operation of this.#operations) {
      for (const [status, response] of Object.entries(operation.responses)) {
        const content = this.#resolved(response).content?.["application/problem+json"];
        const schemas = content ? (content.schema.oneOf ?? [content.schema]) : [];
        const codes = schemas.map((schema) => this.#resolved(schema).properties.code.const);
        for (const code of content ? codes : [""]) {
          yield { operation: operation.id, status: Number(status), code };
        }
      }
    }
  }

  #resolved(node) {
    if (!node?.$ref) return node;
    return node.$ref.slice(2).split("/").reduce((parent, name) => parent[name], this.#document);
  }

  #checkHeaders(response, given) {
    const problems = [];
    const described = Object.entries(response.headers ?? {})
      .map(([name, header]) => [name.toLowerCase(), this.#resolved(header)]);
    for (const [name, header] of described) {
      const text = given.get(name);
      if (text === undefined) {
        if (header.required) problems.push(`the header ${name} is missing`);
        continue;
      }
      const value = header.schema.type === "integer" ? Number(text) : text;
      problems.push(...this.#errors(header.schema, value).map((error) => `header ${name}${error}`));
    }
    const known = new Set(described.map(([name]) => name));
    for (const name of given.keys()) {
      if (known.has(name) || HEADERS_OF_EVERY_ANSWER.has(name)) continue;
      problems.push(`the header ${name} is not described`);
    }
    return problems;
  }

  #checkBody(response, contentType, body) {
    const type = contentType?.split(";")[0];
    if (!response.content) return body === "" ? [] : ["there is a body, none is described"];
    const described = response.content[type];
    if (!described) return [`the type ${type} is not described`];
    if (!type.endsWith("json")) return this.#errors(described.schema, body);
    try {
      return this.#errors(described.schema, JSON.parse(body));
    } catch {
      return ["the body is not JSON"];
    }
  }

  #errors(schema, value) {
    if (!this.#validators.has(schema)) {
      const strict = structuredClone(schema);
      closeParts(strict);
      strict.unevaluatedProperties = false;
      // `#/components` of a schema that stands alone is that of the document.
      const text = JSON.stringify(strict).replaceAll('"#/', '"stagedoor:document#/');
      this.#validators.set(schema, this.#ajv.compile(JSON.parse(text)));
    }
    const validate = this.#validators.get(schema);
    if (validate(value)) return [];
    return validate.errors.map((error) => {
      const { unevaluatedProperty, allowedValue, missingProperty } = error.params;
      const what = unevaluatedProperty ?? missingProperty ?? JSON.stringify(allowedValue) ?? "";
      return `${error.instancePath} ${error.message} ${what}`.trimEnd();
    });
  }
}

class Operation {
  #pattern;

  constructor(path, method, { operationId, responses }) {
    this.id = operationId;
    this.method = method.toUpperCase();
    this.responses = responses;
    this.parameterCount = path.split("{").length - 1;
    const escaped = path.replaceAll(".", "\\.")
      .replaceAll(/\{\w+_path\}/g, ".+").replaceAll(/\{\w+\}/g, "[^/]+");
    this.#pattern = new RegExp(`^${escaped}$`);
  }

  matches(method, path) {
    return method === this.method && this.#pattern.test(path);
  }
}

function codeOf(status, body) {
  if (status < 400) return "";
  try {
    return JSON.parse(body).code ?? "";
  } catch {
    return "";
  }
}

// Forbids members that are not described in the values below this one. Not in the value itself: a
// schema may be one of several that describe it together (allOf).
function closeParts(schema) {
  if (typeof schema !== "object" || schema === null) return;
  for (const keyword of OF_EACH_MEMBER) {
    for (const part of Object.values(schema[keyword] ?? {})) close(part);
  }
  for (const keyword of OF_PARTS) {
    if (typeof schema[keyword] === "object") close(schema[keyword]);
  }
  for (const keyword of ["allOf", "anyOf", "oneOf"]) {
    for (const part of schema[keyword] ?? []) closeParts(part);
  }
}

function close(schema) {
  closeParts(schema);
  schema.unevaluatedProperties = false;
}
