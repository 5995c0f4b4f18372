import { AuditError } from '../errors.ts'
import type { Finding } from '../findings.ts'
import { isList, parseData, readMember, readTexts } from '../parse/read-data.ts'

/** Formats the findings of today, so that only new ones count from now on. */
export function formatBaseline(findings: readonly Finding[]): string {
  const fingerprints = findings.map(({ fingerprint }) => fingerprint).toSorted()
  return `${JSON.stringify({ version: 1, fingerprints }, null, 2)}\n`
}

/**
 * Parses a baseline to its fingerprints.
 *
 * @throws `ERR_AUDIT_INVALID_CONFIGURATION` for anything else.
 */
export function parseBaseline(text: string, path: string): ReadonlySet<string> {
  const fingerprints = readMember(parseData(text), 'fingerprints')
  if (!isList(fingerprints)) {
    throw new AuditError(
      'ERR_AUDIT_INVALID_CONFIGURATION',
      `${path} is not a baseline. Remove it, and write it again with --write-baseline ${path}.`,
    )
  }
  return new Set(readTexts(fingerprints))
}
