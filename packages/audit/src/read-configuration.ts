import { join } from 'node:path'

import { AuditError } from './errors.ts'
import { isList, parseData, readMember, readTexts } from './parse/read-data.ts'
import { readText } from './resolve/read-file.ts'

/** The file with the configuration of the audit, in the audited directory. */
const configurationFile = 'routekey-audit.json'

/** What a code base says about itself. */
export interface Configuration {
  readonly guards: readonly string[]
}

/**
 * Reads the configuration of a directory. Without a file, nothing is configured.
 *
 * @throws `ERR_AUDIT_INVALID_CONFIGURATION` if the file is something else than `{ "guards": ["…"] }`.
 */
export function readConfiguration(directory: string): Configuration {
  const text = readText(join(directory, configurationFile))
  if (text === null) return { guards: [] }
  const data = parseData(text)
  const guards = readMember(data, 'guards') ?? []
  const names = readTexts(guards)
  if (typeof data !== 'object' || data === null || !isList(guards) || names.length !== guards.length) {
    throw new AuditError(
      'ERR_AUDIT_INVALID_CONFIGURATION',
      `${configurationFile} must be { "guards": ["@/lib/auth#requireUser"] }, a list of functions that refuse strangers.`,
    )
  }
  return { guards: names }
}
