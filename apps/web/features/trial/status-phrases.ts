import 'server-only'
import { STATUS_CODES } from 'node:http'
import { guardStatuses } from './describe-response.ts'

/** The phrases of statuses, such as `Not Found`, by number. */
export type StatusPhrases = Readonly<Record<string, string | undefined>>

/** The phrases of the statuses that guarded routes return. Browsers have no such list, and HTTP/2 sends none. */
export const statusPhrases: StatusPhrases = Object.fromEntries(
  guardStatuses.map((status) => [status, STATUS_CODES[status]]),
)
