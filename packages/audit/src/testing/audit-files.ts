import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { audit, type AuditOptions } from '../audit.ts'
import type { Audit } from '../findings.ts'

/** Writes files into a new directory, audits it, and removes it. */
export function auditFiles(files: Readonly<Record<string, string>>, options: AuditOptions = {}): Audit {
  const root = mkdtempSync(join(tmpdir(), 'routekey-audit-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    return audit(root, options)
  } finally {
    rmSync(root, { recursive: true })
  }
}

/** Audits one route file, and returns the verdict about its only handler. */
export function auditRoute(
  source: string,
  path = 'app/api/reports/route.ts',
  others: Readonly<Record<string, string>> = {},
) {
  const { handlers, findings } = auditFiles({ [path]: source, ...others })
  const [handler] = handlers
  if (handler === undefined || handlers.length > 1) throw new Error(`${handlers.length} handlers`)
  return { ...handler, rules: findings.map(({ rule }) => rule), levels: findings.map(({ level }) => level) }
}
