export { type KeyGuard, type KeyVariables, requireKey } from './require-key.ts'
