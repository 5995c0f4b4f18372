export { type ImportedKey, importKey } from './import-key.ts'
export { matchKeys } from './match-keys.ts'
