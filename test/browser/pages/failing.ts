/** Fails, to show that a page's error reaches the test. */
export async function run(): Promise<never> {
  console.warn("about to fail");
  throw new RangeError("the page failed on purpose");
}
