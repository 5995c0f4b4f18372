import type { KeyFormState } from '#features/keys/actions.ts'
import type { FormDialogProps } from '#forms/reset-on-close.tsx'

/** What every form about a key starts with. */
export const initialKeyForm: KeyFormState = { values: {}, fieldErrors: {} }

/** What a dialog about one key is given. */
export type KeyDialogProps = FormDialogProps & {
  keyId: string
  name: string
  /** Gets a sentence about what was done. */
  onDone?: ((text: string) => void) | undefined
}
