/** Operating errors of the views. What each means and what to do is in docs/errors.md. */
import { ChirographError } from '../base/errors.js';

export type ViewsErrorCode =
  /** The view has not yet come as far as is asked for: try again. */
  | 'VIEW_BEHIND'
  /** The view cannot be read or written; it is made again. */
  | 'VIEW_FAILED'
  /** The view says something else than its log: a sign of damage, or of a fault of ours. */
  | 'VIEW_DIFFERS';

export class ViewsError extends ChirographError<ViewsErrorCode> {}
