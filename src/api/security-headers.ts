/** Headers that keep a browser from doing with an answer what it was not meant for. */
import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** For answers that are data: nothing in them may run, load or be framed. */
export function dataHeaders(): RequestHandler {
  return helmet({ ...COMMON, contentSecurityPolicy: policy({ defaultSrc: ["'none'"] }) });
}

/** For /docs: its own scripts, styles and pictures, nothing from anywhere else. */
export function pageHeaders(): RequestHandler {
  return helmet({
    ...COMMON,
    contentSecurityPolicy: policy({
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      // Swagger UI's page has its styles in line.
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
    }),
  });
}

/** For /console: its one script and style, named by their digests, and the node's own API. */
export function consoleHeaders(digests: {
  readonly script: string;
  readonly style: string;
}): RequestHandler {
  return helmet({
    ...COMMON,
    contentSecurityPolicy: policy({
      defaultSrc: ["'none'"],
      scriptSrc: [`'${digests.script}'`],
      styleSrc: [`'${digests.style}'`],
      connectSrc: ["'self'"],
      // No text of a record can become markup, even by a mistake of ours.
      requireTrustedTypesFor: ["'script'"],
      trustedTypes: ["'none'"],
    }),
  });
}

const COMMON = {
  // Whoever terminates TLS in front of the node decides for the whole host.
  strictTransportSecurity: false,
  referrerPolicy: { policy: 'no-referrer' },
} as const;

type Directives = Readonly<Record<string, readonly string[]>>;

function policy(directives: Directives): { useDefaults: false; directives: Directives } {
  return {
    // helmet's own would turn http into https, which a node on the local host does not speak.
    useDefaults: false,
    directives: {
      ...directives,
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
    },
  };
}
