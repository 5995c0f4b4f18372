'use client'

import { Check, CircleAlert, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button } from './button.tsx'

const shownMs = { copied: 2000, refused: 6000 }

/**
 * Copies a text to the clipboard, and shows whether that worked.
 *
 * @param props.label what it copies, for screen readers
 */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle')

  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), shownMs[state])
    return () => clearTimeout(timer)
  }, [state])

  async function copy() {
    try {
      await navigator.clipboard.writeText(text)
      setState('copied')
    } catch {
      // Over http from another machine, there is no clipboard. Otherwise, the visitor may have denied access.
      setState('refused')
    }
  }

  return (
    <span className="relative inline-flex">
      <Button variant="ghost" size="icon" onClick={() => void copy()} type="button">
        {state === 'idle' && <Copy />}
        {state === 'copied' && <Check className="text-success" />}
        {state === 'refused' && <CircleAlert className="text-destructive" />}
        <span className="sr-only">{`Copy ${label}`}</span>
      </Button>
      <output
        className={
          state === 'refused'
            ? 'absolute top-full right-0 z-10 mt-4 w-max max-w-44 rounded-md border bg-card px-2.5 py-1.5 text-left font-sans text-xs text-card-foreground shadow-lg'
            : 'sr-only'
        }
      >
        {state === 'copied' && 'Copied'}
        {state === 'refused' && 'Your browser blocked copying. Select the text and copy it yourself.'}
      </output>
    </span>
  )
}
