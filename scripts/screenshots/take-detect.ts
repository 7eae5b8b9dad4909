import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { DETECT, startFreezer } from '../../test/browser/detect-fixture.ts';
import { openEditor } from '../../test/support/browser.ts';
import type { Theme } from '../../test/support/browser.ts';

/** The whole dialog with its chart and its episodes. */
const WINDOW = { width: 1460, height: 1_260 };

/** Takes the picture of the dialog of a detect node over five weeks of a freezer, on a home of its own. */
export async function takeDetect(browser: Browser, folder: string): Promise<void> {
  const holdfast = await startFreezer();
  try {
    for (const theme of ['light', 'dark'] satisfies Theme[]) {
      const editor = await openEditor(browser, holdfast, { theme });
      await editor.page.setViewportSize(WINDOW);
      await editor.open(DETECT);
      await editor.page.locator('#holdfast-stored-answer .holdfast-episodes li').first().waitFor();
      await editor.page.locator('.red-ui-tray').last().screenshot({ path: join(folder, `detect-${theme}.png`) });
      await editor.end();
    }
  } finally {
    await holdfast.remove();
  }
}
