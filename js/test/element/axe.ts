/** What axe finds wrong with an element: nothing, or a line for each. */
import axe from "axe-core";

export async function violations(element: Element): Promise<string[]> {
  const { violations: found, passes } = await axe.run(element, { resultTypes: ["violations"] });
  if (passes.length === 0) return ["axe looked at nothing"];
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}
