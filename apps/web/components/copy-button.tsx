'use client'

import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button } from '#components/ui/button.tsx'

/**
 * Copies a text to the clipboard and says so.
 *
 * @param props.label names what is copied, for screen readers
 */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle')

  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), 2000)
    return () => clearTimeout(timer)
  }, [state])

  function copy() {
    navigator.clipboard.writeText(text).then(
      () => setState('copied'),
      // Over plain http from another machine, browsers give pages no clipboard.
      () => setState('refused'),
    )
  }

  return (
    <Button variant="ghost" size="icon" onClick={copy} type="button">
      {state === 'copied' ? <Check className="text-success" /> : <Copy />}
      <span className="sr-only">{`Copy ${label}`}</span>
      <output className="sr-only">
        {state === 'copied' ? 'Copied' : state === 'refused' ? 'The browser refused to copy' : ''}
      </output>
    </Button>
  )
}
