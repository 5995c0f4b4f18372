import { expect, it } from 'vitest'
import { drawUsage } from './draw-usage.ts'
import { lastDay, lastMonth, usageBars } from './usage-bars.ts'

const now = new Date('2026-11-23T21:10:00Z')
const hour = (startsAt: string, allowed: number, refused: number) => ({
  startsAt: new Date(startsAt),
  allowed,
  refused,
})
const used = [
  hour('2026-11-23T21:00:00Z', 30, 10),
  hour('2026-11-23T20:00:00Z', 0, 1),
  hour('2026-11-22T22:00:00Z', 5, 0),
]

const count = (markup: string, part: string) => markup.split(part).length - 1

it('draws allowed and refused requests, and nothing for zero', () => {
  const { markup, maximum } = drawUsage(usageBars(used, lastDay, now), lastDay)
  expect(maximum).toBe(40)
  expect(count(markup, 'class="fill-allowed"')).toBe(2)
  expect(count(markup, 'fill="url(#refused-by-hour)"')).toBe(2)
  expect(markup).toContain('<pattern id="refused-by-hour"')
})

it('places bars in percentages of the width and pixels of the height', () => {
  const { markup } = drawUsage(usageBars([hour('2026-11-22T22:00:00Z', 2, 0)], lastDay, now), lastDay)
  expect(markup).toContain('<rect x="0.667%" width="2.833%" rx="1.5" y="8" height="160" class="fill-allowed"/>')
})

it.each([lastDay, lastMonth])('labels every bar, also those without requests: $unit', (range) => {
  const { markup } = drawUsage(usageBars(used, range, now), range)
  expect(count(markup, '<title>')).toBe(range.count)
  expect(count(markup, 'no requests</title>')).toBe(range.unit === 'hour' ? 21 : 28)
})

it('uses no style attribute, which the content security policy blocks', () => {
  expect(drawUsage(usageBars(used, lastMonth, now), lastMonth).markup).not.toContain('style')
})

it('draws an axis without any usage', () => {
  const { markup, maximum } = drawUsage(usageBars([], lastMonth, now), lastMonth)
  expect(maximum).toBe(2)
  expect(markup).not.toMatch(/NaN|Infinity|fill-allowed/)
  expect(markup).toContain('>Oct 25</text>')
  expect(markup).toContain('>Nov 23</text>')
})
