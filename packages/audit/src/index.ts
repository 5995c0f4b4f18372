export { audit, type AuditOptions } from './audit.ts'
export { AuditError, type AuditErrorCode } from './errors.ts'
export type { Audit, AuditedHandler, Finding, Level, Place, Verdict } from './findings.ts'
