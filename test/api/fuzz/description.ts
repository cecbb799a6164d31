/**
 * What the fuzz knows of a node: its OpenAPI description and nothing else, so that a route is fuzzed from
 * the day it is described. What a request reaches is decided by the description too, as a client would.
 */

/** A JSON Schema as it stands in the description. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}

export type Content = Readonly<Record<string, { readonly schema: Schema }>>;

export interface DescribedResponse {
  readonly content?: Content;
}

export interface Operation {
  /** `GET /v1/ledgers/{ledger}`, as the access matrix names it. */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Content;
  /** By status, or `default`. */
  readonly responses: Readonly<Record<string, DescribedResponse>>;
}

export interface Description {
  /** The document itself, which references point into. */
  readonly document: object;
  /** Those that change little first: what a later one changes must not keep an earlier one from its work. */
  readonly operations: readonly Operation[];
  resolve(schema: Schema): Schema;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** @param json of `/openapi.json`. */
export function parseDescription(json: string): Description {
  const document = JSON.parse(json) as Document;
  const operations = METHODS.flatMap((method) =>
    Object.entries(document.paths)
      .toSorted()
      .flatMap(([path, methods]) => {
        const described = methods[method];
        return described === undefined ? [] : [operationOf(method, path, described)];
      }),
  );
  const schemas = document.components?.schemas ?? {};
  return {
    document,
    operations,
    resolve: (schema) => {
      if (schema.$ref === undefined) return schema;
      const found = schemas[schema.$ref.replace('#/components/schemas/', '')];
      if (found === undefined) throw new Error(`the description has no ${schema.$ref}`);
      return found;
    },
  };
}

/** What a request reaches, if anything; HEAD is GET without its body. Literal steps go before parameters. */
export function operationAt(
  { operations }: Description,
  method: string,
  target: string,
): Operation | null {
  const path = target.replace(/\?.*$/s, '');
  const wanted = method === 'HEAD' ? 'GET' : method;
  const found = operations.filter(
    (operation) => operation.method === wanted && isAt(operation.path, path),
  );
  const byParameters = found.toSorted((a, b) => parametersIn(a.path) - parametersIn(b.path));
  return byParameters[0] ?? null;
}

/** Whether there is anything at all at a path, by whatever method. */
export function isDescribedPath({ operations }: Description, target: string): boolean {
  const path = target.replace(/\?.*$/s, '');
  return operations.some((operation) => isAt(operation.path, path));
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

interface DescribedOperation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, DescribedResponse>>;
}

function operationOf(method: string, path: string, described: DescribedOperation): Operation {
  const { parameters = [], requestBody, responses } = described;
  return {
    id: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    path,
    parameters,
    body: requestBody?.content ?? {},
    responses,
  };
}

/** The description cannot say that a last parameter has slashes in it: it may. */
function isAt(template: string, path: string): boolean {
  const pattern = template
    .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
    .replace(/\{path\}$/, '.+')
    .replace(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${pattern}$`, 's').test(path);
}

function parametersIn(template: string): number {
  return template.split('{').length;
}
