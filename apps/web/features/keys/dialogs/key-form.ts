import type { FormDialogProps } from '#forms/reset-on-close.tsx'
import type { KeyFormState } from '../actions.ts'

/** What every form about a key starts with. */
export const initialKeyForm: KeyFormState = { values: {}, fieldErrors: {} }

/** What a dialog about one key is given. */
export type KeyDialogProps = FormDialogProps & {
  keyId: string
  name: string
  /** Gets a sentence about what was done. */
  onDone?: ((text: string) => void) | undefined
}
