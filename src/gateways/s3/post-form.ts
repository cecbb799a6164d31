/**
 * A form that a browser uploads a file with: its fields, which come first, and the file, which is read as it comes.
 * Whatever comes behind the file is left out, as S3 does.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { S3Error } from './s3-error.js';
import type { S3Form } from './s3-request.js';

export interface PostForm {
  /** Names in lower case. */
  readonly fields: S3Form;
  /** As the client calls it, without a path; empty where it does not. */
  readonly fileName: string;
  /** Iterated to its end it says whether the form came whole. @throws S3Error MalformedPOSTRequest. */
  readonly file: AsyncIterable<Uint8Array>;
}

/** S3's own limit on what comes before the file. */
const MAX_FIELD_BYTES = 20 * 1024;
const MAX_FIELDS = 100;
const MAX_NAME_BYTES = 200;
const MAX_PART_HEADER_BYTES = 4 * 1024;

/**
 * @param contentType `multipart/form-data` with its boundary.
 * @throws S3Error MalformedPOSTRequest, MaxPostPreDataLengthExceededError, IncorrectNumberOfFilesInPostRequest;
 * whatever the source throws.
 */
export function readPostForm(
  source: AsyncIterable<Uint8Array>,
  contentType: string,
): Promise<PostForm> {
  return new Promise((resolve, reject) => {
    const parser = parserOf(contentType);
    const fields = new Map<string, string>();
    let bytes = 0;
    const stop = (error: S3Error): void => {
      parser.destroy(error);
    };
    parser.on('field', (name, value, isNameCut, isValueCut) => {
      bytes += name.length + Buffer.byteLength(value);
      if (isNameCut || isValueCut || bytes > MAX_FIELD_BYTES) stop(tooMuch());
      else if (fields.has(name.toLowerCase())) stop(malformed());
      else fields.set(name.toLowerCase(), value);
    });
    parser.on('fieldsLimit', () => {
      stop(tooMuch());
    });
    // Undefined where the client names none, whatever the types say.
    parser.on('file', (_name, stream, fileName: string | undefined) => {
      // Whoever reads it is told; where nobody does, nobody need be.
      stream.on('error', () => undefined);
      // The parser forgets it where it is stopped itself, and whoever reads would wait for ever.
      done.catch((cause: unknown) => {
        stream.destroy(cause instanceof Error ? cause : malformed(cause));
      });
      resolve({ fields, fileName: fileName ?? '', file: followed(stream, done) });
    });
    const done = pipeline(Readable.from(source, { objectMode: false }), parser).catch(
      (cause: unknown) => {
        throw cause instanceof Error && !isOfParser(cause) ? cause : malformed(cause);
      },
    );
    // Of a promise that was settled before this nothing comes.
    done.then(() => {
      reject(
        new S3Error(
          'IncorrectNumberOfFilesInPostRequest',
          'the form needs one file, in a field of the name "file"',
        ),
      );
    }, reject);
  });
}

async function* followed(
  stream: AsyncIterable<Uint8Array>,
  done: Promise<void>,
): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const piece of stream) yield piece;
  } catch {
    // The form says why, and more of it.
    await done;
    throw malformed();
  }
  await done;
}

function parserOf(contentType: string): BusboyInstance {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      isPartAFile: (name) => name?.toLowerCase() === 'file',
      limits: {
        files: 1,
        fields: MAX_FIELDS,
        fieldNameSize: MAX_NAME_BYTES,
        fieldSize: MAX_FIELD_BYTES,
        headerPairs: 16,
        headerSize: MAX_PART_HEADER_BYTES,
      },
    });
  } catch (cause) {
    throw malformed(cause);
  }
}

/** What the parser complains of it says in bare errors. */
function isOfParser(cause: Error): boolean {
  return cause.constructor === Error;
}

function malformed(cause?: unknown): S3Error {
  return new S3Error(
    'MalformedPOSTRequest',
    'the body is not a whole multipart/form-data form with each field once',
    cause === undefined ? {} : { cause },
  );
}

function tooMuch(): S3Error {
  return new S3Error(
    'MaxPostPreDataLengthExceededError',
    `the fields before the file have at most ${MAX_FIELD_BYTES} bytes, and there are at most ${MAX_FIELDS}`,
  );
}
