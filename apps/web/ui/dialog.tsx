'use client'

import { X } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Button } from './button.tsx'

/** Gives a button what opens the dialog, before scripts arrive too: `<Button type="button" {...opens(id)}>`. */
export const opens = (id: string) => ({ command: 'show-modal', commandfor: id })

/** Gives a button what closes the dialog. */
export const closes = (id: string) => ({ command: 'close', commandfor: id })

/** Closes the dialog, where it is open. */
export function closeDialog(id: string): void {
  const dialog = document.getElementById(id)
  if (dialog instanceof HTMLDialogElement) dialog.close()
}

interface DialogProps {
  readonly id: string
  readonly title: string
  readonly description?: ReactNode
  /** Without it, Escape and a click beside the dialog do nothing, so that what it shows is not lost. Default: true. */
  readonly isDismissible?: boolean
  /** Shows it from the start, as after a form that was sent before scripts arrived. Default: false. */
  readonly isOpenAtFirst?: boolean
  /** Called when it was closed, in whatever way. */
  readonly onClosed?: () => void
  /** Made anew each time the dialog was closed, so that it begins empty and keeps nothing. */
  readonly children: ReactNode
}

/** Shows something above the page until it is closed: the browser's own dialog, which keeps the focus and gives it back. */
export function Dialog(props: DialogProps) {
  const { id, title, description, isDismissible = true, onClosed, children } = props
  const dialog = useRef<HTMLDialogElement>(null)
  const [isOpenAtFirst] = useState(props.isOpenAtFirst ?? false)
  const [turn, setTurn] = useState(0)

  useEffect(() => {
    const element = dialog.current
    if (element === null || !isOpenAtFirst || element.matches(':modal')) return
    element.removeAttribute('open')
    element.showModal()
  }, [isOpenAtFirst])

  useEffect(() => {
    if ('commandForElement' in HTMLButtonElement.prototype) return
    // Browsers of before 2026 know the dialog, but not the buttons' attributes.
    const run = (event: MouseEvent) => {
      const button = event.target instanceof Element ? event.target.closest(`button[commandfor="${id}"]`) : null
      if (button?.getAttribute('command') === 'show-modal') dialog.current?.showModal()
      if (button?.getAttribute('command') === 'close') dialog.current?.close()
    }
    document.addEventListener('click', run)
    return () => document.removeEventListener('click', run)
  }, [id])

  return (
    <dialog
      ref={dialog}
      id={id}
      open={isOpenAtFirst}
      aria-labelledby={`${id}-title`}
      aria-describedby={description === undefined ? undefined : `${id}-description`}
      {...{ closedby: isDismissible ? 'any' : 'none' }}
      onCancel={(event) => {
        // Of the dialog itself: a file field's own `cancel` event comes up here too.
        if (event.target === event.currentTarget && !isDismissible) event.preventDefault()
      }}
      onClose={() => {
        setTurn(turn + 1)
        onClosed?.()
      }}
      className="fixed inset-0 z-20 m-auto max-h-[calc(100dvh-2rem)] w-[calc(100%-2rem)] max-w-lg overflow-y-auto overscroll-contain rounded-xl border bg-card text-card-foreground shadow-lg backdrop:bg-black/50"
    >
      <div key={turn} className="flex flex-col gap-5 p-5 sm:p-6">
        <div className="flex flex-col gap-1.5 pr-10">
          <h2 id={`${id}-title`} className="text-lg font-semibold tracking-tight">
            {title}
          </h2>
          {description !== undefined && (
            <div id={`${id}-description`} className="text-sm text-pretty text-muted-foreground">
              {description}
            </div>
          )}
        </div>
        {children}
        {isDismissible && (
          // Last, so that the focus begins with the content.
          <Button
            type="button"
            variant="ghost"
            size="icon"
            className="absolute top-4 right-4"
            aria-label="Close"
            {...closes(id)}
          >
            <X aria-hidden />
          </Button>
        )}
      </div>
    </dialog>
  )
}
