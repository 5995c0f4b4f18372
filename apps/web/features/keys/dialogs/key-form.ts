import type { FormDialogProps } from '#forms/reset-on-close.tsx'
import type { KeyFormState } from '../actions.ts'

/** The initial state of every form for a key. */
export const initialKeyForm: KeyFormState = { values: {}, fieldErrors: {} }

/** The props of a dialog for a key. */
export type KeyDialogProps = FormDialogProps & {
  keyId: string
  name: string
  /** Called after success with a sentence about it. */
  onDone?: ((text: string) => void) | undefined
}
