'use client'

import { createContext, lazy, type ReactNode, Suspense, useRef, useState } from 'react'
import { Announcement } from '../list/announcement.tsx'
import { useAnnouncement } from '../list/use-announcement.ts'

/** The actions for a key in the list. */
export type KeyDialogName = 'rename' | 'rotate' | 'revoke'

interface Key {
  readonly keyId: string
  readonly name: string
}

/** Imports the dialogs, which are not needed before a menu is opened. */
export const loadKeyDialogs = () => import('./change-key-dialogs.ts')

const dialogs = {
  rename: lazy(async () => ({ default: (await loadKeyDialogs()).RenameKeyDialog })),
  rotate: lazy(async () => ({ default: (await loadKeyDialogs()).RotateKeyDialog })),
  revoke: lazy(async () => ({ default: (await loadKeyDialogs()).RevokeKeyDialog })),
}

/** Opens a dialog for a key. */
export const KeyDialogContext = createContext<(dialog: KeyDialogName, key: Key) => void>(() => {})

/**
 * Holds the dialogs of a list of keys. They are outside of the rows, because a row disappears with its key.
 *
 * @param props.children the list
 */
export function KeyDialogs({ children }: { children: ReactNode }) {
  const [opened, setOpened] = useState<(Key & { dialog: KeyDialogName; time: number }) | null>(null)
  const [text, announce] = useAnnouncement()
  const list = useRef<HTMLDivElement>(null)
  const open = (dialog: KeyDialogName, key: Key) => {
    loadKeyDialogs().then(
      () => setOpened((last) => ({ ...key, dialog, time: (last?.time ?? 0) + 1 })),
      // A new build may have removed the file. The key's own page has the same actions.
      () => window.location.assign(`/keys/${key.keyId}`),
    )
  }
  const Dialog = opened && dialogs[opened.dialog]
  return (
    <KeyDialogContext value={open}>
      <div ref={list} tabIndex={-1} className="flex flex-col gap-6 outline-none">
        {children}
      </div>
      {opened !== null && Dialog !== null && (
        <Suspense>
          <Dialog
            key={opened.time}
            id={`${opened.dialog}-key`}
            keyId={opened.keyId}
            name={opened.name}
            isOpenAtFirst
            onClosed={() => {
              // The button that had the focus may have disappeared with its row.
              if (list.current?.contains(document.activeElement) === false) list.current.focus()
            }}
            onDone={announce}
          />
        </Suspense>
      )}
      <Announcement text={text} />
    </KeyDialogContext>
  )
}
