// One module, so that they are bundled into one file.
export { RenameKeyDialog } from './rename-key-dialog.tsx'
export { RevokeKeyDialog } from './revoke-key-dialog.tsx'
export { RotateKeyDialog } from './rotate-key-dialog.tsx'
