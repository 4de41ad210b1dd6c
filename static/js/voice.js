// A voice note: recorded here, put into the form's file field, at most a minute. Without a microphone the field takes a file as before.
(() => {
  const doc = document, place = doc.getElementById('recorder');
  if (!place || !self.MediaRecorder || !self.DataTransfer || !(navigator.mediaDevices && navigator.mediaDevices.getUserMedia)) return;
  const MOST = 60, KINDS = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4'], words = place.dataset;
  const kind = KINDS.find(one => MediaRecorder.isTypeSupported(one));
  if (!kind) return;
  const field = place.querySelector('[type=file]'), tools = place.querySelector('[data-tools]'), heard = place.querySelector('[data-heard]');
  const button = tools.querySelector('button'), label = button.querySelector('span'), told = tools.querySelector('[role=status]');
  const sound = heard.querySelector('audio'), digits = text => String(text).replace(/\d/g, digit => words.digits[digit]);
  let recorder = null, timer = 0, began = 0, asking = false;
  tools.hidden = false;

  const seconds = () => Math.min(MOST, Math.round((performance.now() - began) / 1000));
  const tick = () => {
    told.textContent = words.told.replace('{n}', digits(seconds()));
    if (performance.now() - began >= MOST * 1000) recorder.stop();
  };
  const forget = () => {
    if (sound.src) URL.revokeObjectURL(sound.src);
    sound.removeAttribute('src');
    heard.hidden = true;
    told.textContent = '';
  };
  const start = async () => {
    const stream = await navigator.mediaDevices.getUserMedia({audio: {channelCount: 1}}), parts = [];
    recorder = new MediaRecorder(stream, {mimeType: kind, audioBitsPerSecond: 24000});
    recorder.addEventListener('dataavailable', event => parts.push(event.data));
    recorder.addEventListener('stop', () => {
      clearInterval(timer);
      for (const track of stream.getTracks()) track.stop();
      const length = Math.max(1, seconds()), carry = new DataTransfer(), file = new File(parts, 'voice', {type: kind.split(';')[0]});
      recorder = null;
      carry.items.add(file);
      field.files = carry.files;
      sound.src = URL.createObjectURL(file);
      heard.hidden = false;
      label.textContent = words.record;
      told.textContent = digits(words.ready.replace('{n}', length).replace('{kb}', Math.max(1, Math.ceil(file.size / 1000))));
    });
    forget();
    began = performance.now();
    recorder.start();
    timer = setInterval(tick, 500);
    label.textContent = words.stop;
    tick();
  };

  button.addEventListener('click', () => {
    if (recorder) recorder.stop();
    if (recorder || asking) return;                    // a second tap while the browser asks would open the microphone twice
    asking = true;
    start().catch(() => { recorder = null; told.textContent = words.denied; }).finally(() => { asking = false; });
  });
  heard.querySelector('button').addEventListener('click', () => { field.value = ''; forget(); button.focus(); });
  field.addEventListener('change', forget);
  // What is still being said goes with the mark: the form waits for its end.
  field.form.addEventListener('submit', event => {
    if (!recorder || event.submitter && event.submitter.hasAttribute('formaction')) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const pressed = event.submitter;
    recorder.addEventListener('stop', () => setTimeout(() => pressed ? pressed.click() : field.form.requestSubmit()));
    recorder.stop();
  });
})();
