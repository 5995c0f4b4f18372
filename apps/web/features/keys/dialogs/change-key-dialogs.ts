// One module, so that they come in one file.
export { RenameKeyDialog } from './rename-key-dialog.tsx'
export { RevokeKeyDialog } from './revoke-key-dialog.tsx'
export { RotateKeyDialog } from './rotate-key-dialog.tsx'
