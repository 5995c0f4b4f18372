export { audit, type AuditOptions } from './audit.ts'
export { type AuditReport, runAudit, type RunAuditOptions } from './run-audit.ts'
export { AuditError, type AuditErrorCode } from './errors.ts'
export type { Audit, AuditedHandler, Finding, Level, Place, Verdict } from './findings.ts'
