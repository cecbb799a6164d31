/** What tests and benchmarks take of aws4, which has no types. */
declare module 'aws4' {
  export interface Signable {
    readonly host: string;
    readonly service: string;
    readonly region: string;
    readonly method: string;
    readonly path: string;
    readonly headers?: Record<string, string>;
    readonly body?: string;
    readonly signQuery?: boolean;
  }
  export interface Credentials {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  }
  /** Changes and gives back what it is given. */
  export function sign(
    request: Signable,
    credentials: Credentials,
  ): { readonly path: string; readonly headers: Record<string, string | number> };
  /** What Node gives, which finds no names in it. */
  const aws4: { readonly sign: typeof sign };
  export default aws4;
}
