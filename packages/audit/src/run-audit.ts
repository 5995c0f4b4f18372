import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

import { audit } from './audit.ts'
import { AuditError } from './errors.ts'
import type { Audit, Finding } from './findings.ts'
import { readConfiguration } from './read-configuration.ts'
import { formatBaseline, parseBaseline } from './report/baseline.ts'
import { formatSarif } from './report/format-sarif.ts'
import { formatText } from './report/format-text.ts'
import { readText } from './resolve/read-file.ts'

/** How to run an audit from a command line. */
export interface RunAuditOptions {
  /** An application, or the root of a monorepo. */
  readonly directory: string
  /** Default: `text`. */
  readonly format?: 'text' | 'json' | 'sarif'
  /** A file with findings that do not count. Default: none. */
  readonly baseline?: string
  /** Writes the findings to this file instead of printing them. Default: none. */
  readonly writeBaseline?: string
  /** Where the paths of the files start. Default: the directory of the process. */
  readonly cwd?: string
}

/** What a command line prints. */
export interface AuditReport {
  /** For stdout. */
  readonly output: string
  /** For stderr. Null if there is nothing to say. */
  readonly message: string | null
  /** How many findings are errors. A command line exits with 1 if there is one. */
  readonly errors: number
}

/**
 * Audits a directory with its configuration, and formats the findings. It leaves out those that a comment excuses, and those of
 * the baseline.
 *
 * @throws `ERR_AUDIT_NOTHING_FOUND` when the directory is missing or has no handler.
 * @throws `ERR_AUDIT_INVALID_CONFIGURATION` when the configuration or the baseline is not valid.
 * @example
 * import { runAudit } from '@routekey/audit'
 *
 * const { output, errors } = runAudit({ directory: '.', format: 'sarif' })
 */
export function runAudit({
  directory,
  format = 'text',
  baseline,
  writeBaseline,
  cwd = '.',
}: RunAuditOptions): AuditReport {
  const root = resolve(cwd, directory)
  const result = audit(root, readConfiguration(root))
  const remaining = result.findings.filter(({ excuse }) => excuse === null)
  if (writeBaseline !== undefined) {
    writeFileSync(resolve(cwd, writeBaseline), formatBaseline(remaining))
    const message = `${remaining.length} findings are in ${writeBaseline}. Use it with --baseline ${writeBaseline}.`
    return { output: '', message, errors: 0 }
  }
  const known = baseline === undefined ? new Set() : readBaseline(resolve(cwd, baseline), baseline)
  const findings = remaining.filter(({ fingerprint }) => !known.has(fingerprint))
  const errors = findings.filter(({ level }) => level === 'error').length
  return { output: formats[format](result, findings), message: null, errors }
}

const formats = {
  text: formatText,
  sarif: formatSarif,
  json: (result: Audit, findings: readonly Finding[]) => `${JSON.stringify({ ...result, findings }, null, 2)}\n`,
}

function readBaseline(path: string, name: string): ReadonlySet<string> {
  const text = readText(path)
  if (text === null) {
    throw new AuditError(
      'ERR_AUDIT_INVALID_CONFIGURATION',
      `${name} cannot be read. Write it with --write-baseline ${name}.`,
    )
  }
  return parseBaseline(text, name)
}
