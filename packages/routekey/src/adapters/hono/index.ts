export { type KeyVariables, requireKey } from './require-key.ts'
