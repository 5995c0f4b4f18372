import { CircleCheck } from 'lucide-react'

/** Shows and announces the result of an action. Render it before the action, because screen readers announce only changes. */
export function Announcement({ text }: { text: string }) {
  return (
    <output className="pointer-events-none fixed inset-x-4 bottom-4 z-20 flex justify-center">
      {text !== '' && (
        <span className="flex items-center gap-2.5 rounded-lg border bg-card px-4 py-2.5 text-sm text-card-foreground shadow-lg">
          <CircleCheck aria-hidden className="size-4 shrink-0 text-success" />
          {text}
        </span>
      )}
    </output>
  )
}
