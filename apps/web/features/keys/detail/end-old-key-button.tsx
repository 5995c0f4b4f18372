'use client'

import { Button } from '#ui/button.tsx'
import { opens } from '#ui/dialog.tsx'

/** Of the dialog, which stays on the page when the button is gone. */
export const endOldKeyDialogId = 'end-old-key'

/** Opens the dialog that ends the old key. */
export function EndOldKeyButton() {
  return (
    <Button type="button" variant="outline" size="sm" {...opens(endOldKeyDialogId)}>
      End now
    </Button>
  )
}
