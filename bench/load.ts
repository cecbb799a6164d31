/** The load generator's process: a plan on its command line, a result on its standard output. */
import { type LoadPlan, loadPlanSchema, type LoadResult } from './load-result.js';
import { ndjsonStream } from './ndjson-load.js';
import { singlePosts } from './single-load.js';

const RUN: Readonly<Record<LoadPlan['kind'], (plan: LoadPlan) => Promise<LoadResult>>> = {
  single: singlePosts,
  ndjson: ndjsonStream,
};

const plan = loadPlanSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
process.stdout.write(JSON.stringify(await RUN[plan.kind](plan)));
