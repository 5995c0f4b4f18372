// One module, so that they come in one file.
export { RenameKeyDialog } from './rename-key.tsx'
export { RevokeKeyDialog } from './revoke-key.tsx'
export { RotateKeyDialog } from './rotate-key.tsx'
