import type { Terminal } from '@routekey/command-line'

import type { ProgressStream } from './progress-bar.ts'

/** The parts of the process that a command uses. */
export interface CliContext extends Terminal {
  /** Shows progress. */
  readonly progress: ProgressStream
  /** Stops the command at the next row. */
  readonly signal: AbortSignal
}
