'use client'

import { TriangleAlert } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { curlCommand, whoamiRoute } from '#features/trial/guarded-routes.ts'
import { Alert, AlertDescription, AlertTitle } from '#ui/alert.tsx'
import { CopyButton } from '#ui/copy-button.tsx'
import type { IssuedKey } from '../actions.ts'

/** Shows a new key once, and how to try it. */
export function NewKeyPanel({ newKey: { key, origin } }: { newKey: IssuedKey }) {
  const panel = useRef<HTMLDivElement>(null)

  useEffect(() => {
    // The copy button, where pressing Enter again does no harm.
    panel.current?.querySelector('button')?.focus()
  }, [])

  useEffect(() => {
    // In the response to a posted form, Next.js leaves React's initial data in a script.
    for (const script of document.querySelectorAll('script')) if (script.text.includes(key)) script.remove()
  }, [key])

  return (
    <div ref={panel} className="flex min-w-0 flex-col gap-5">
      <Alert variant="warning" role="alert">
        <TriangleAlert aria-hidden />
        <AlertTitle>Copy this key now. You won’t see it again.</AlertTitle>
        <AlertDescription>We store only its hash. If you lose the key, rotate it.</AlertDescription>
      </Alert>
      <CopyableText title="API key" text={key} />
      <CopyableText
        title="Try it in a terminal"
        text={curlCommand(whoamiRoute, origin, true)}
        hint="In bash or zsh. It waits for the key: paste it, and press Enter."
      />
    </div>
  )
}

function CopyableText({ title, text, hint }: { title: string; text: string; hint?: string }) {
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <p className="text-sm leading-none font-medium">{title}</p>
      <div className="flex items-start gap-2 rounded-md border bg-code py-1.5 pr-1.5 pl-3">
        <code className="min-w-0 flex-1 py-1.5 font-mono text-[0.8125rem] leading-5 wrap-anywhere">{text}</code>
        <CopyButton text={text} label={title} />
      </div>
      {hint !== undefined && <p className="text-sm text-muted-foreground">{hint}</p>}
    </div>
  )
}
