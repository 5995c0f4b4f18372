'use client'

import { Ellipsis } from 'lucide-react'
import { useContext, useRef } from 'react'
import { Button } from '#ui/button.tsx'
import { KeyDialogContext, type KeyDialogName, loadKeyDialogs } from '../dialogs/key-dialogs.tsx'

const actions: readonly { name: KeyDialogName; label: string }[] = [
  { name: 'rename', label: 'Rename' },
  { name: 'rotate', label: 'Rotate' },
  { name: 'revoke', label: 'Revoke' },
]

/**
 * Shows the actions for a key in a menu. Before scripts arrive, it leads to the key's own page, which has the same actions.
 */
export function KeyMenu({ keyId, name }: { keyId: string; name: string }) {
  const open = useContext(KeyDialogContext)
  const menu = useRef<HTMLFormElement>(null)
  const id = `menu-${keyId}`
  return (
    <>
      <Button type="button" variant="ghost" size="icon" popoverTarget={id} aria-label={`Actions for ${name}`}>
        <Ellipsis aria-hidden />
      </Button>
      <form
        ref={menu}
        id={id}
        popover="auto"
        action={`/keys/${keyId}`}
        // Before the click, which loads them again and handles errors.
        onToggle={() => void loadKeyDialogs().catch(() => null)}
        className="m-0 mt-1 w-36 rounded-lg border bg-card p-1 text-card-foreground shadow-lg [inset:auto] [position-area:bottom_span-left] [position-try-fallbacks:flip-block]"
      >
        {actions.map((action) => (
          <button
            key={action.name}
            type="submit"
            onClick={(event) => {
              event.preventDefault()
              // First, so that the focus returns to the menu button, and from the dialog to that button again.
              menu.current?.hidePopover()
              open(action.name, { keyId, name })
            }}
            className="flex w-full rounded-md px-2.5 py-1.5 text-left text-sm outline-none hover:bg-accent focus-visible:bg-accent focus-visible:ring-2 focus-visible:ring-ring/50 data-[action=revoke]:text-destructive"
            data-action={action.name}
          >
            {action.label}
          </button>
        ))}
      </form>
    </>
  )
}
