import { AxeBuilder } from '@axe-core/playwright'
import { type Page, expect } from '@playwright/test'

const WCAG_2_2_AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa']

/** Not one violation of WCAG 2.2 A and AA that a program can find. */
export async function expectAccessible(page: Page) {
  const { violations, passes } = await new AxeBuilder({ page }).withTags(WCAG_2_2_AA).analyze()
  const told = violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => `${node.target.join(' ')}: ${node.failureSummary}`) }))
  expect(told).toEqual([])
  expect(passes.length).toBeGreaterThan(5)
}
