// One group of buttons for each question; the answer to the combination stands below.

function render({ model, el }) {
  const names = model.get("names");
  const options = model.get("options");
  const answer = document.createElement("div");
  answer.className = "toggles-answer";
  answer.setAttribute("role", "status");
  el.classList.add("toggles");

  const choose = (question, choice) => {
    const position = [...model.get("position")];
    position[question] = choice;
    model.set("position", position);
    model.save_changes();
  };
  const groups = names.map((name, question) => {
    const group = document.createElement("div");
    group.className = "toggles-group";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", name);
    const title = document.createElement("span");
    title.className = "toggles-name";
    title.textContent = name;
    const buttons = options[question].map((text, choice) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.addEventListener("click", () => choose(question, choice));
      return button;
    });
    group.append(title, ...buttons);
    el.append(group);
    return buttons;
  });
  el.append(answer);

  const show = () => {
    const position = model.get("position");
    groups.forEach((buttons, question) =>
      buttons.forEach((button, choice) => button.setAttribute("aria-pressed", String(choice === position[question]))),
    );
    const index = position.reduce((sum, choice, question) => sum * options[question].length + choice, 0);
    answer.textContent = model.get("sentences")[index];
  };
  model.on("change:position", show);
  show();
  return () => model.off("change:position", show);
}

export default { render };
