export { type EditedFile, editEnvFile } from './edit-env-file.ts'
export {
  appendAssignment,
  type Assignment,
  insertBelow,
  parseAssignments,
  removeAssignment,
  replaceRawValue,
  replaceValue,
} from './env-text.ts'
export { readEnvFile } from './read-env-file.ts'
